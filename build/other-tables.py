#!/usr/bin/env python3
"""Writes the tables of docs/lab/other-tables.md.

other-tables.py RAW VEGA OUT
    RAW:  folder with the .csv files of github.com/selva86/datasets, stedy/Machine-Learning-with-R-datasets and
          mwaskom/seaborn-data that SIMPLE names
    VEGA: the folder data/ of the package vega-datasets 3.2.1
    OUT:  folder to write to

Columns that only name the row are left out, and so are columns that hold the label in other words. The label is last.
"""
import csv
import datetime
import json
import math
import os
import random
import sys
from collections import Counter

RAW, VEGA, OUT = sys.argv[1:]
os.makedirs(OUT, exist_ok=True)

# Name: file, label, columns left out, most rows.
SIMPLE = {
    'admission': ('Admission', 'Chance of Admit ', ['Serial No.'], None),
    'adult': ('adult_train', 'class', [], None),
    'bank': ('bank_marketing_test', 'y', [], None),
    'boston': ('BostonHousing', 'medv', [], None),
    'carseats': ('Carseats', 'Sales', [], None),
    'caschool': ('caschool', 'testscr', ['observation_number', 'dist_cod', 'district', 'read_scr', 'math_scr'], None),
    'cells': ('segmentationData', 'Class', ['Cell', 'Case'], None),
    'churn': ('Churn_Modelling', 'Exited', ['RowNumber', 'CustomerId', 'Surname'], None),
    'cnae9': ('CNAE9', 'X1', [], None),
    'college': ('College', 'Private', [], None),
    'dots': ('dots', 'firing_rate', [], None),
    'glass': ('Glass', 'Type', [], None),
    'glaucoma': ('GlaucomaM', 'Class', [], None),
    'har': ('har_validate', 'classe', [], None),
    'hitters': ('Hitters', 'Salary', [], None),
    'ionosphere': ('Ionosphere', 'Class', [], None),
    'mushrooms': ('mushrooms', 'type', [], None),
    'musk': ('musk', 'Class', [], None),
    'ozone': ('ozone', 'ozone_reading', [], None),
    'promoters': ('promotergene', 'Class', [], None),
    'seeds': ('seeds', 'V8', [], None),
    'smarket': ('Smarket', 'Direction', ['Today'], None),
    'sns': ('snsdata', 'gender', [], 8000),
    'sonar': ('Sonar', 'Class', [], None),
    'spam': ('spam', None, [], None),
    'tips': ('tips', 'tip', [], None),
    'titanic': ('titanic', 'survived', ['alive', 'class', 'who', 'adult_male', 'embark_town', 'alone'], None),
    'usedcars': ('usedcars', 'price', [], None),
    'vehicle': ('Vehicle', 'Class', [], None),
    'votes': ('HouseVotes84', 'Class', [], None),
    'vowel': ('Vowel', 'Class', ['V1'], None),
    'zoo': ('Zoo', 'type', [], None),
}


def write(name, columns, rows):
    rows = [row for row in rows if row[-1] not in (None, '')]
    with open(os.path.join(OUT, name + '.csv'), 'w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([['' if value is None else value for value in row] for row in rows])


def simple(name, file, label, left_out, most):
    with open(os.path.join(RAW, file + '.csv'), encoding='utf-8', errors='replace') as text:
        rows = list(csv.DictReader(text))
    label = label or list(rows[0])[-1]
    columns = [c for c in rows[0] if c != label and c not in left_out]
    rows = [row for row in rows if row[label] not in ('', 'NA', None)]
    if most and len(rows) > most:
        random.Random(1).shuffle(rows)
        rows = rows[:most]

    def value(text):
        text = (text or '').strip()
        return '' if text in ('NA', '?') else text
    # 'Na' would be a missing value.
    write(name, ['sodium' if c == 'Na' else c.strip() for c in columns] + [label.strip()],
          [[value(row[c]) for c in columns] + [row[label].strip()] for row in rows])


def read_json(name):
    with open(os.path.join(VEGA, name + '.json'), encoding='utf-8') as file:
        return json.load(file)


def read_csv(name):
    with open(os.path.join(VEGA, name + '.csv'), encoding='utf-8') as file:
        return list(csv.DictReader(file))


def pick(name, rows, columns, names=None):
    write(name, names or columns, [[row[c] for c in columns] for row in rows])


def movies():
    rating, gross = [], []
    for row in read_json('movies'):
        try:
            date = datetime.datetime.strptime(row['Release Date'], '%b %d %Y')
            year, month = date.year, date.month
        except (TypeError, ValueError):
            year = month = None
        common = [row['Production Budget'], year, month, row['MPAA Rating'], row['Running Time min'],
                  row['Distributor'], row['Source'], row['Major Genre'], row['Creative Type'], row['IMDB Votes']]
        rating.append([row['US Gross'], row['Worldwide Gross'], row['US DVD Sales']] + common + [row['IMDB Rating']])
        dollars = row['US Gross']
        gross.append(common + [row['Rotten Tomatoes Rating'], row['IMDB Rating'],
                               round(math.log10(dollars), 4) if isinstance(dollars, (int, float)) and dollars else None])
    names = ['budget', 'year', 'month', 'mpaa', 'minutes', 'distributor', 'source', 'genre', 'type', 'votes']
    write('movies-rating', ['us_gross', 'world_gross', 'dvd'] + names + ['rating'], rating)
    write('movies-gross', names + ['tomatoes', 'imdb', 'log_gross'], gross)


def flights():
    rows = []
    for row in read_json('flights-20k'):
        date = datetime.datetime.strptime(row['date'], '%Y/%m/%d %H:%M')
        rows.append([date.month, date.isoweekday(), round(date.hour + date.minute / 60, 2), row['distance'],
                     row['origin'], row['destination'], row['delay']])
    write('flights-delay', ['month', 'weekday', 'hour', 'distance', 'origin', 'destination', 'delay'], rows)


def birds():
    columns = ['Aircraft Make Model', 'Aircraft Airline Operator', 'Origin State', 'Phase of flight', 'Wildlife Size',
               'Wildlife Species', 'Time of day', 'Speed IAS in knots']
    write('birdstrikes', ['model', 'operator', 'state', 'phase', 'size', 'species', 'time', 'speed', 'year', 'month',
                          'damage'],
          [[row[c] for c in columns] + [row['Flight Date'][:4], row['Flight Date'][5:7],
                                        'no' if row['Effect Amount of damage'] == 'None' else 'yes']
           for row in read_csv('birdstrikes')])


def weather():
    write('weather-kind', ['location', 'month', 'rain', 'max', 'min', 'wind', 'weather'],
          [[r['location'], int(r['date'][5:7]), r['precipitation'], r['temp_max'], r['temp_min'], r['wind'],
            r['weather']] for r in read_csv('weather')])
    rows = []
    for row in read_csv('seattle-weather-hourly-normals'):
        date = datetime.datetime.fromisoformat(row['date'])
        rows.append([date.timetuple().tm_yday, date.hour, row['pressure'], row['wind'], row['temperature']])
    write('hourly-temperature', ['day', 'hour', 'pressure', 'wind', 'temperature'], rows)


def football():
    rows = [[int(r['date'][5:7]), r['date'][:4], r['division'], r['home_team'], r['away_team'],
             'yes' if r['home_score'] > r['away_score'] else 'no'] for r in read_json('football')
            if r['home_score'] is not None and r['away_score'] is not None]
    random.Random(1).shuffle(rows)
    write('football', ['month', 'year', 'division', 'home', 'away', 'home_wins'], rows[:6000])


def penguins():
    rows = read_json('penguins')
    beak = ['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)']
    names = ['beak_length', 'beak_depth', 'flipper']
    pick('penguins-sex', [r for r in rows if r['Sex'] in ('MALE', 'FEMALE')],
         ['Species', 'Island', *beak, 'Body Mass (g)', 'Sex'], ['species', 'island', *names, 'mass', 'sex'])
    pick('penguins-mass', rows, ['Species', 'Island', 'Sex', *beak, 'Body Mass (g)'],
         ['species', 'island', 'sex', *names, 'mass'])


def places():
    codes = read_csv('zipcodes')
    top = [state for state, _ in Counter(r['state'] for r in codes).most_common(15)]
    rows = [[r['latitude'], r['longitude'], r['state']] for r in codes if r['state'] in top]
    random.Random(1).shuffle(rows)
    write('zip-states', ['latitude', 'longitude', 'state'], rows[:8000])
    grid = read_json('volcano')
    write('volcano', ['x', 'y', 'height'],
          [[i % grid['width'], i // grid['width'], h] for i, h in enumerate(grid['values'])])
    write('earthquakes', ['longitude', 'latitude', 'depth', 'net', 'stations', 'distance', 'rms', 'gap', 'kind',
                          'magnitude'],
          [[*f['geometry']['coordinates'], p['net'], p['nst'], p['dmin'], p['rms'], p['gap'], p['magType'], p['mag']]
           for f in read_json('earthquakes')['features'] for p in [f['properties']]])


def others():
    pick('gapminder', read_json('gapminder'), ['year', 'country', 'pop', 'fertility', 'life_expect'],
         ['year', 'country', 'pop', 'fertility', 'life'])
    pick('jobs', read_json('jobs'), ['job', 'sex', 'year', 'perc'], ['job', 'sex', 'year', 'share'])
    pick('income', read_json('income'), ['name', 'region', 'group', 'total', 'pct'],
         ['state', 'region', 'group', 'total', 'share'])
    pick('population', read_json('population'), ['year', 'age', 'sex', 'people'])
    pick('wind', read_csv('windvectors'), ['longitude', 'latitude', 'dir', 'speed'],
         ['longitude', 'latitude', 'direction', 'speed'])
    pick('barley', read_json('barley'), ['variety', 'year', 'site', 'yield'])
    write('species', ['species', 'county', 'share'],
          [[r['common_name'], 'c' + r['county_id'], r['habitat_yearround_pct']] for r in read_csv('species')])


for table, (file, label, left_out, most) in SIMPLE.items():
    simple(table, file, label, left_out, most)
for make in (movies, flights, birds, weather, football, penguins, places, others):
    make()
