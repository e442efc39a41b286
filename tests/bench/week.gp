# SPDX-License-Identifier: MIT
# gnuplot -e "dir='build/plots'; docs='docs'" tests/bench/week.gp: the week that bench_week wrote to dir/*.csv, as pictures.
set datafile separator ","
set encoding utf8
set key off
set grid xtics lc rgb "#d0d0d0"
set xrange [1:8]
set xtics 1,1,7 format "" scale 0
set lmargin 9
set rmargin 9
set tmargin 0.6
set bmargin 0.4
set border 3 lc rgb "#606060"
set tics nomirror
days = "Sun Mon Tue Wed Thu Fri Sat Sun"
thermostat = dir."/thermostat.csv"
tou = dir."/tou.csv"
plan = dir."/noisy.csv"
red = "#c0392b"; blue = "#2471a3"; green = "#1e8449"; grey = "#808080"; orange = "#d68910"

bottom_axis = 'set format x ""; do for [i=1:7] { set label 100+i word("Mon Tue Wed Thu Fri Sat Sun", i) at i+0.5, graph -0.18 center }'
no_bottom = 'do for [i=1:7] { unset label 100+i }'

# Power as a mean of 20 min: the pictures stay small.
slot(day) = int(day*72)/72.0

# --- three controllers ------------------------------------------------------------------------------------
set terminal svg size 900,760 font "sans,12" background "#ffffff"
set output docs."/week-controllers.svg"
set multiplot layout 5,1
set ylabel "cents/kWh"; set yrange [0:90]; set ytics 0,30,90
set y2label "outdoors, °C"; set y2range [-24:6]; set y2tics -24,6,6
set key top right horizontal
plot plan using 1:($8*100) every 3 with steps lc rgb orange title "price", \
	plan using 1:2 every 3 axes x1y2 with lines lc rgb blue title "outdoors"
unset y2label; unset y2tics
set key top left horizontal opaque
set ylabel "kW"; set yrange [0:13]; set ytics 0,4,8
plot thermostat using (slot($1)):($9/1000) smooth unique with filledcurves y1=0 fs solid 0.7 lc rgb grey title "thermostat, buffer only"
plot tou using (slot($1)):($9/1000) smooth unique with filledcurves y1=0 fs solid 0.7 lc rgb red title "fixed TOU"
plot plan using (slot($1)):($9/1000) smooth unique with filledcurves y1=0 fs solid 0.7 lc rgb green title "optimiser, noisy forecast"
set bmargin 2
eval bottom_axis
set ylabel "room, °C"; set yrange [18.5:21.5]; set ytics 19,1,21
plot 19.5 with lines lc rgb "#a0a0a0" dt 2 notitle, \
	thermostat using 1:3 every 3 with lines lc rgb grey title "thermostat", \
	tou using 1:3 every 3 with lines lc rgb red title "fixed TOU", \
	plan using 1:3 every 3 with lines lc rgb green title "optimiser"
unset multiplot
eval no_bottom
set bmargin 0.4

# --- the optimiser at work --------------------------------------------------------------------------------
state(s) = s eq "HpOnStoreOff" ? 1 : s eq "HpOnStoreCharge" ? 2 : s eq "HpOffStoreDischarge" ? -1 : 0
set terminal svg size 900,760 font "sans,12" background "#ffffff"
set output docs."/week-optimiser.svg"
set multiplot layout 5,1
set key top right horizontal opaque
set ylabel "cents/kWh"; set yrange [0:90]; set ytics 0,30,90
plot plan using 1:($8*100) every 3 with steps lc rgb orange title "price"
set ylabel ""; set yrange [-1.6:3.4]; set ytics ("discharge" -1, "off" 0, "heat" 1, "charge" 2)
plot plan using 1:(state(strcol(10))) every 2 with steps lc rgb green title "state"
set ylabel "kW"; set yrange [0:13]; set ytics 0,4,8
plot plan using (slot($1)):($9/1000) smooth unique with filledcurves y1=0 fs solid 0.7 lc rgb green title "power"
set ylabel "water, °C"; set yrange [30:84]; set ytics 30,10,70
plot plan using 1:6:7 every 3 with filledcurves fs solid 0.35 lc rgb red title "store, top to bottom", \
	plan using 1:4 every 2 with lines lc rgb blue title "buffer, top"
set bmargin 2
eval bottom_axis
set ylabel "room, °C"; set yrange [18.5:21.5]; set ytics 19,1,21
plot 19.5 with lines lc rgb "#a0a0a0" dt 2 notitle, plan using 1:3 every 3 with lines lc rgb green title "room"
unset multiplot
