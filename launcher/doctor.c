int doctor(void); int doctor(void){return 0;}
