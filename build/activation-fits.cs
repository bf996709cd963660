// Prints the coefficients of src/Alice.ML.Models/Layers/ActivationFits.cs: dotnet run build/activation-fits.cs
// Each is a polynomial through the values at the Chebyshev points of its range. Sums in other orders give other last
// digits, up to 2e-8: the file has those of the first run.

const double Scale = 0.35, TanhNear = 0.625;

Print("Tail", Fit(u => (Tail(u) - 0.5) / u, -1, 0, degree: 8), lowest: 1);
Print("Tanh", Fit(square => TanhRest(Math.Sqrt(square)), 0, TanhNear * TanhNear, degree: 4), lowest: 0);

// Φ(−z) exp(z²/2) with u = 1/(1 + 0.35 z) − 1: a series near 0, the continued fraction of Mills' ratio elsewhere.
static double Tail(double u)
{
    var z = (1 / (u + 1) - 1) / Scale;
    var root = Math.Sqrt(2 * Math.PI);
    if (z > 2.5)
    {
        var ratio = z;
        for (var k = 200; k > 0; k--)
            ratio = z + k / ratio;
        return 1 / (ratio * root);
    }
    var (term, sum) = (z, z);
    for (var k = 1; k < 100; k++)
        sum += term *= z * z / (2 * k + 1);
    return 0.5 * Math.Exp(z * z / 2) - sum / root;
}

// (tanh(x) − x) / x³.
static double TanhRest(double x) => x < 0.02
    ? -1.0 / 3 + 2 * x * x / 15 - 17 * x * x * x * x / 315
    : (Math.Tanh(x) - x) / (x * x * x);

static double[] Fit(Func<double, double> function, double from, double to, int degree)
{
    double[] at = [.. Enumerable.Range(0, degree + 1).Select(i =>
        (from + to) / 2 + (to - from) / 2 * Math.Cos(Math.PI * (i + 0.5) / (degree + 1)))];
    double[] differences = [.. at.Select(function)];
    for (var order = 1; order <= degree; order++)
        for (var i = degree; i >= order; i--)
            differences[i] = (differences[i] - differences[i - 1]) / (at[i] - at[i - order]);
    // Newton's form to powers.
    var powers = new double[degree + 1];
    for (var i = degree; i >= 0; i--)
    {
        for (var power = degree; power > 0; power--)
            powers[power] = powers[power - 1] - at[i] * powers[power];
        powers[0] = differences[i] - at[i] * powers[0];
    }
    return powers;
}

static void Print(string name, double[] powers, int lowest)
{
    foreach (var (power, value) in powers.Index().Reverse())
        Console.WriteLine($"{name}{power + lowest} = {(float)value:R}f");
}
