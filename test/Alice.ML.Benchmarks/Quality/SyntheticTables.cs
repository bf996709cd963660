using System.CommandLine;
using System.Globalization;
using Alice.ML.Samples;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>
/// 'tables': writes tables of our own, always the same ones, that stand in for kinds of public tables:
/// <list type="bullet">
/// <item>arm: distances of a robot arm with eight joints and a noisy sensor (as kin8nm): smooth, interactions of all
/// columns.</item>
/// <item>collinear: 16 smooth functions of three hidden states, and a smooth target with noise of 0.1% of its spread
/// (as the naval propulsion set).</item>
/// <item>steps-45k: heavy-tailed columns; steps and products of steps, with much noise (as the protein set): trees fit
/// it.</item>
/// <item>steep: few rows; a level that one column decides with its fifth power, the others a little (as the yacht
/// set).</item>
/// <item>noisy-classes: two classes by steps and a slope, with an eighth of the labels turned.</item>
/// <item>mostly-noise: a linear target of 5 of 30 columns, as strong as its noise; the columns are mostly zeros.</item>
/// </list>
/// Labels stand in the last column.
/// </summary>
internal static class SyntheticTables
{
    private const int ArmRows = 8_000;

    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "Folder to write to; it is made.", Required = true };
        var command = new Command("tables", "Writes synthetic tables for 'quality' and 'search'.") { output };
        command.SetAction(parsed =>
        {
            var folder = Directory.CreateDirectory(parsed.GetValue(output)!).FullName;
            foreach (var (name, rows) in All)
                Write(Path.Combine(folder, name + ".csv"), rows());
            Console.Error.WriteLine($"Wrote {string.Join(", ", All.Select(t => t.Name))}.");
        });
        return command;
    }

    private static (string Name, Func<IEnumerable<double[]>> Rows)[] All =>
        [
        ("arm", () => Arm.Simulate(ArmRows, seed: 1).Select(r => (double[])[.. r.Angles, r.Distance])),
        ("collinear", () => Draw(12_000, seed: 2, Collinear)),
        ("steps-45k", () => Draw(45_000, seed: 3, Steps)),
        ("steep", () => Draw(308, seed: 4, Steep)),
        ("noisy-classes", () => Draw(5_000, seed: 5, NoisyClasses)),
        ("mostly-noise", () => Draw(2_000, seed: 6, MostlyNoise)),
    ];

    /// <summary>A gas turbine, roughly: lever, wear of compressor and of turbine decide all that is measured.</summary>
    private static double[] Collinear(Random random)
    {
        var (lever, compressor, turbine) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
        var speed = 3 + 24 * lever;
        var load = Math.Pow(speed / 27, 3) * (1 + 0.05 * turbine);
        var shaft = Math.Sqrt(load) * (1 - 0.03 * compressor);
        var pressure = 1 + 15 * Math.Pow(shaft, 1.4) * (1 - 0.08 * compressor);
        var heat = 450 + 600 * load / (1 + 0.1 * load) * (1 + 0.04 * compressor) * (1 + 0.03 * turbine);
        var outlet = 290 * Math.Pow(pressure, 0.286) * (1 + 0.02 * compressor);
        var fuel = 0.05 + 1.8 * load * (1 + 0.06 * compressor * turbine);
        double[] columns =
        [
            9 * lever + 1, speed, 72_000 * load, 1_300 + 2_300 * shaft, 6_500 + 3_000 * Math.Sqrt(shaft),
                630 * Math.Pow(load, 1.2),
            600 * Math.Pow(load, 1.2) * (1 + 0.01 * turbine), heat, outlet, pressure, 1 + 3 * Math.Log(pressure),
            1.01 + 0.03 * shaft * shaft,
            5 + 90 * Math.Tanh(fuel), fuel, heat / outlet, pressure * fuel,
        ];
        return [.. columns, (0.95 + 0.05 * (1 - compressor * compressor) + 0.01 * Math.Sin(3 * lever) * turbine) + 2e-5
            * Arm.Gaussian(random)];
    }

    private static double[] Steps(Random random)
    {
        double[] x = [.. Enumerable.Range(0, 9).Select(_ => Math.Exp(1.5 * Arm.Gaussian(random)))];
        var level = (x[0] > 1 ? 4 : 0) + (x[1] > 3 ? 3 : x[1] > 0.5 ? 1 : 0)
            + (x[2] > 1 && x[3] < 0.7 ? 5 : 0) + (x[4] > x[5] ? 2 : 0) + (x[0] > 4 && x[6] > 0.3 ? -3 : 0) + 0.5
            * Math.Log(1 + x[7]);
        return [.. x, level + 2 * Math.Abs(Arm.Gaussian(random)) * (x[8] > 1 ? 1.5 : 0.7)];
    }

    private static double[] Steep(Random random)
    {
        // A grid, as of measured hulls: 22 shapes, 14 speeds.
        var shape = new Random(random.Next(22));
        double[] hull = [.. Enumerable.Range(0, 5).Select(_ => Math.Round(shape.NextDouble(), 2))];
        var speed = 0.125 + 0.025 * random.Next(14);
        var level = 1_400 * Math.Pow(speed, 5) * (1 + 0.2 * hull[0] - 0.15 * hull[1] * hull[2]) + 10 * speed
            * (1 + 0.1 * hull[3]);
        return [.. hull, speed, level * (1 + 0.01 * Arm.Gaussian(random))];
    }

    private static double[] NoisyClasses(Random random)
    {
        double[] x = [.. Enumerable.Range(0, 12).Select(i => i % 3 == 2 ? random.Next(5) : Arm.Gaussian(random))];
        var score = (x[0] > 0 ? 1.5 : -1) + (x[2] >= 3 ? 1 : 0) * (x[1] > -0.5 ? 1 : -1.5) + 0.7 * x[3]
            - (x[4] is > -0.5 and < 0.5 ? 1 : 0);
        var positive = score > 0 != random.NextDouble() < 0.125;
        return [.. x, positive ? 1 : 0];
    }

    private static double[] MostlyNoise(Random random)
    {
        double[] x = [.. Enumerable.Range(0, 30).Select(_ => random.NextDouble() < 0.3 ? Arm.Gaussian(random) : 0)];
        return [.. x, 1.5 * x[0] - x[1] + x[2] + 0.7 * x[3] - 0.5 * x[4] + Arm.Gaussian(random)];
    }

    private static IEnumerable<double[]> Draw(int rows, int seed, Func<Random, double[]> row)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, rows).Select(_ => row(random));
    }

    private static void Write(string path, IEnumerable<double[]> rows)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        foreach (var (i, row) in rows.Index())
        {
            if (i == 0)
                writer.WriteLine(
                    string.Join(',', Enumerable.Range(1, row.Length - 1).Select(n => $"x{n}").Append("y")));
            writer.WriteLine(string.Join(',', row.Select(value => value.ToString("G7", CultureInfo.InvariantCulture))));
        }
    }
}
