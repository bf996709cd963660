using Alice.ML.Training.Plan;

namespace Alice.ML.Tests.Training;

/// <summary>When "auto" takes a card.</summary>
[TestClass]
public class DeviceEstimateTests
{
    [TestMethod]
    [DataRow(16, 64, 64, 4, 2, false, DisplayName = "the default's networks on few rows")]
    [DataRow(64, 256, 512, 4, 2, true, DisplayName = "wide layers")]
    [DataRow(64, 256, 512, 32, 16, true, DisplayName = "many networks")]
    [DataRow(16, 64, 64, 4, 16, false, DisplayName = "many cores")]
    [DataRow(30, 512, 4096, 1, 1, true, DisplayName = "large minibatches")]
    public void A_card_pays_from_some_work_on(int columns, int units, int rows, int networks, int threads, bool pays) =>
        Assert.AreEqual(pays, DeviceEstimate.Of([columns, units, units, 1], columns, rows, networks, threads)
            .PrefersCard);

    [TestMethod]
    public void More_networks_and_rows_and_fewer_threads_speak_for_the_card_and_zeros_against_it()
    {
        var usual = Ratio(1000, 128, 4, 4);
        Assert.IsGreaterThan(usual, Ratio(1000, 128, 8, 4));
        Assert.IsGreaterThan(usual, Ratio(1000, 256, 4, 4));
        Assert.IsGreaterThan(usual, Ratio(1000, 128, 4, 2));
        Assert.IsLessThan(usual, Ratio(20, 128, 4, 4));

        static double Ratio(double stored, int rows, int networks, int threads)
        {
            var estimate = DeviceEstimate.Of([1000, 64, 64, 1], stored, rows, networks, threads);
            return estimate.HostSeconds / estimate.CardSeconds;
        }
    }
}
