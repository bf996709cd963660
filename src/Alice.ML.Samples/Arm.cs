using Microsoft.ML.Data;

namespace Alice.ML.Samples;

/// <summary>One reading: the eight joint angles of the arm, and the distance that its sensor reports.</summary>
internal sealed class ArmReading
{
    /// <summary>The joints' angles in radians.</summary>
    [VectorType(Arm.Joints)]
    public float[] Angles { get; set; } = [];

    /// <summary>The distance from the hand to the target in meters, with the sensor's noise.</summary>
    public float Distance { get; set; }
}

/// <summary>
/// Forward kinematics of a serial arm with eight revolute joints: from the joints' angles to the distance between the
/// hand and a fixed target point. Each joint turns about the z axis of its own frame, then a link leads along x to the
/// next joint, whose axis is twisted by 90 degrees about x, one way and the other: the Denavit-Hartenberg convention
/// with link lengths aᵢ, twists αᵢ = ±90° and no offsets (Denavit and Hartenberg 1955). The idea of learning it is that
/// of the kin data sets of DELVE (Ghahramani 1996); the arm, its sizes and its noise here are our own.
/// </summary>
internal static class Arm
{
    /// <summary>The number of joints.</summary>
    public const int Joints = 8;

    /// <summary>The largest angle of a joint to either side, in radians (60 degrees).</summary>
    public const double AngleRange = Math.PI / 3;

    /// <summary>
    /// The standard deviation of the sensor's noise in meters: no model can do better than this RMSE.
    /// </summary>
    public const double NoiseStandardDeviation = 0.02;

    /// <summary>The lengths of the links in meters, from the base to the hand.</summary>
    public static ReadOnlySpan<double> LinkLengths => [0.30, 0.30, 0.25, 0.25, 0.20, 0.20, 0.15, 0.15];

    /// <summary>The target point in meters.</summary>
    public static Point Target => new(0.20, 0.20, 0.20);

    /// <summary>A point in space, in meters.</summary>
    internal readonly record struct Point(double X, double Y, double Z)
    {
        /// <summary>The straight-line distance to another point.</summary>
        public double DistanceTo(Point other) =>
            Math.Sqrt(Math.Pow(X - other.X, 2) + Math.Pow(Y - other.Y, 2) + Math.Pow(Z - other.Z, 2));
    }

    /// <summary>Where the hand is. With every angle 0 the arm is stretched along x.</summary>
    public static Point Hand(ReadOnlySpan<float> angles)
    {
        // From the hand back to the base: p ← Rz(θᵢ) (Rx(αᵢ) p + (aᵢ, 0, 0)).
        var (x, y, z) = (0.0, 0.0, 0.0);
        for (var i = Joints - 1; i >= 0; i--)
        {
            var twist = i % 2 == 0 ? 1 : -1;
            (y, z) = (-twist * z, twist * y);
            x += LinkLengths[i];
            var (sine, cosine) = Math.SinCos(angles[i]);
            (x, y) = (cosine * x - sine * y, sine * x + cosine * y);
        }
        return new Point(x, y, z);
    }

    /// <summary>Readings at random angles.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same readings.</param>
    public static ArmReading[] Simulate(int count, int seed)
    {
        var random = new Random(seed);
        var readings = new ArmReading[count];
        for (var i = 0; i < count; i++)
        {
            var angles = new float[Joints];
            for (var j = 0; j < Joints; j++)
                angles[j] = (float)((2 * random.NextDouble() - 1) * AngleRange);
            var distance = Hand(angles).DistanceTo(Target) + NoiseStandardDeviation * Gaussian(random);
            readings[i] = new ArmReading { Angles = angles, Distance = (float)distance };
        }
        return readings;
    }

    /// <summary>A standard normal draw (Box and Muller 1958).</summary>
    public static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
