# The interfaces of the base system: each header compiles alone as C and C++. Two runs, from
# different folders, write the same bytes. idl.json and reference.html are well-formed, if this
# machine has Python to check that. Each skeleton compiles.
. "$2/tests/idlc/support.sh"

cases=$((cases + 1))
"$idlc" --out-dir "$work/a" --depfile "$work/a.d" $(base_idl) || fail "base interfaces"
compile_headers "$work/a" "the base system"

cases=$((cases + 1))
mkdir "$work/elsewhere"
cp $(base_idl) "$work/elsewhere"
(cd "$work/elsewhere" && "$idlc" --out-dir "$work/b" $(base_idl | sed 's|.*/||')) || fail "again"
diff -r "$work/a" "$work/b" || fail "two runs differ"

cases=$((cases + 1))
[ "$(base_idl | wc -l)" -ge 10 ] || fail "the list of base interfaces was not found"
for idl in $(base_idl); do
    grep -qF "$idl" "$work/a.d" || fail "the depfile lacks $idl"
done

cases=$((cases + 1))
if command -v python3 > /dev/null; then
    python3 - "$work/a/idl.json" "$work/a/reference.html" <<'PYTHON' || fail "json or html"
import html.parser, json, sys
data = json.load(open(sys.argv[1]))
ids = [m["id"] for m in data["messages"]]
assert len(ids) == len(set(ids)) and all(0 < i <= 0xffff for i in ids)
for m in data["messages"]:
    end = 8
    for f in sorted(m["fields"], key=lambda f: f["offset"]):
        assert f["offset"] >= end, (m["name"], f)
        end = f["offset"] + f["size"]
    assert end <= 256

class Page(html.parser.HTMLParser):
    ids, links, open = set(), set(), []
    def handle_starttag(self, tag, attributes):
        for key, value in attributes:
            if key == "id":
                assert value not in self.ids, value
                self.ids.add(value)
            if key == "href":
                assert value.startswith("#"), value
                self.links.add(value[1:])
page = Page()
page.feed(open(sys.argv[2]).read())
assert page.links <= page.ids, page.links - page.ids
assert {m["name"] for m in data["messages"] if m["kind"] != "reply"} <= page.ids
PYTHON
else
    echo "no python3 here: idl.json and reference.html are not parsed"
fi

for ns in ool discovery task vm shm benchmark launcher fs blk random rtc time net tcpip; do
    cases=$((cases + 1))
    "$idlc" --skeleton $ns $(base_idl) > "$work/main.c" || fail "skeleton of $ns"
    for cc in $compilers; do
        compiles $cc -std=gnu11 -D_GNU_SOURCE -Dmain=oolong_main $warnings -I"$work/a" $includes \
            "$work/main.c" || fail "$cc: skeleton of $ns"
    done
done
finish
