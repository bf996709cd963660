using Alice.ML.Samples;

namespace Alice.ML.Tests.Samples;

[TestClass]
public sealed class ArmTests
{
    private static double Length => Arm.LinkLengths.ToArray().Sum();

    [TestMethod]
    public void With_every_angle_zero_the_arm_is_stretched_along_x()
    {
        var hand = Arm.Hand(new float[Arm.Joints]);
        Assert.AreEqual(Length, hand.X, 1e-12);
        Assert.AreEqual(0, hand.Y, 1e-12);
        Assert.AreEqual(0, hand.Z, 1e-12);
    }

    [TestMethod]
    public void The_first_joint_turns_the_whole_arm_about_z()
    {
        var angles = new float[Arm.Joints];
        angles[0] = 0.5f;
        var hand = Arm.Hand(angles);
        Assert.AreEqual(Length * Math.Cos(0.5), hand.X, 1e-12);
        Assert.AreEqual(Length * Math.Sin(0.5), hand.Y, 1e-12);
        Assert.AreEqual(0, hand.Z, 1e-12);
    }

    [TestMethod]
    public void The_second_joint_lifts_what_follows_the_first_link()
    {
        var angles = new float[Arm.Joints];
        angles[1] = 0.5f;
        var hand = Arm.Hand(angles);
        var rest = Length - Arm.LinkLengths[0];
        Assert.AreEqual(Arm.LinkLengths[0] + rest * Math.Cos(0.5), hand.X, 1e-12);
        Assert.AreEqual(0, hand.Y, 1e-12);
        Assert.AreEqual(rest * Math.Sin(0.5), hand.Z, 1e-12);
    }

    [TestMethod]
    public void No_reading_is_further_than_the_arm_reaches()
    {
        foreach (var reading in Arm.Simulate(2000, seed: 3))
        {
            var hand = Arm.Hand(reading.Angles);
            Assert.IsLessThanOrEqualTo(Length + 1e-9, hand.DistanceTo(default));
            Assert.IsTrue(reading.Angles.All(a => Math.Abs(a) <= Arm.AngleRange + 1e-6));
        }
    }

    [TestMethod]
    public void The_noise_has_the_stated_size_and_no_bias()
    {
        var errors = Arm.Simulate(20_000, seed: 5)
            .Select(r => r.Distance - Arm.Hand(r.Angles).DistanceTo(Arm.Target)).ToArray();
        // Five standard errors of 20,000 draws.
        Assert.AreEqual(0, errors.Average(), 5 * Arm.NoiseStandardDeviation / Math.Sqrt(20_000));
        Assert.AreEqual(Arm.NoiseStandardDeviation, Math.Sqrt(errors.Average(e => e * e)),
            5 * Arm.NoiseStandardDeviation / Math.Sqrt(2 * 20_000));
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_readings_and_another_seed_others()
    {
        var first = Arm.Simulate(50, seed: 1);
        var again = Arm.Simulate(50, seed: 1);
        var other = Arm.Simulate(50, seed: 2);
        CollectionAssert.AreEqual(first.Select(r => r.Distance).ToArray(), again.Select(r => r.Distance).ToArray());
        CollectionAssert.AreEqual(first[49].Angles, again[49].Angles);
        CollectionAssert.AreNotEqual(first[0].Angles, other[0].Angles);
    }
}
