using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Models;

/// <summary>Models that earlier versions saved.</summary>
[TestClass]
public class EarlierFormatTests
{
    // score = 0.5 a − 2 b + 7: model version 1, network layout 2, of one network and no columns beside the score.
    private const string Regression1 = """
        UEsDBBQAAAAIANtceF2l77AQLwAAAC8AAAAYAAAAVHJhaW5pbmdJbmZvL1ZlcnNpb24udHh0BcHBDQAgCASwv6uYmDsBlXGUwP4j
        2NrAYL9aW5CBcGLFDM/yZF1RkLKVtHp+2gdQSwMEFAAAAAgA21x4XQO4o/W+AAAAwAEAACAAAABUcmFuc2Zvcm1lckNoYWluL01v
        ZGVsL01vZGVsLmtleb2OzQnCQBCFP8VCLEBCLEA0xCDiLkoQ7/4MElyykJiDPViDViF4tBR7sAHZNYIn8eSbefMDM/NGK/R0mKgm
        DRydO3T4DZEaxwnpqMHLIpOtJZVtIWWZ2VzbjZhv+9da7/bWrfOR/6AFND96VzvWb/Tda3AfnC7nR4QhY40QoFE+WjYIhpIObRYI
        BSUZlpweIQFdAp9DPxFTYdhTUSD0yBEq9hQsMX5iRsWqVpogHJhj2SH+Yu73DSoZTjVKPwFQSwMEFAAAAAgA21x4XWenkQdGAAAA
        PAEAABwAAABUcmFuc2Zvcm1lckNoYWluL1RyYWluU2NoZW1hc/b1YXAJc2JgY2AEQxgNQiBgAqVhAI3LMNQBh1tqYklpUWoxe5hT
        aVpaapEAW3BmXnpOKtinTCAfg4MDBTiFuTD4+DoDAFBLAwQUAAAACADbXHhdaG1Bu8sAAADMAQAAGgAAAFRyYW5zZm9ybWVyQ2hh
        aW4vTW9kZWwua2V5vY09asNAFIQ/GxcpUvgAKXKAIKIY48pVJLvwLhbCGLf6eQoiQgu7UpEb+SApc6ig9eIyZWbeMAwM87RCH5NU
        zZkxaboJi5uxCPkh5MeQlyHn6Z4sT5MZN+byYcW51vSZlfrSiOVPfIe9n+BPwa/8H5bBdwgFAyMWwaFpqbAYHIaGgQiNIiLxvYIX
        njkjWBwthp4tMRGvd02Nd0a6++6WHmFkwFLQ+UbGSEnn/x0Qvjhh+ET8YkXFhpKYFQ0NFTVv1J5rYlSaHDVK/wJQSwMEFAAAAAgA
        3Fx4XWenkQdGAAAAPAEAAAYAAABTY2hlbWFz9vVhcAlzYmBjYARDGA1CIGACpWEAjcsw1AGHW2piSWlRajF7mFNpWlpqkQBbcGZe
        ek4q2KdMIB+DgwMFOIW5MPj4OgMAUEsBAhQDFAAAAAgA21x4XaXvsBAvAAAALwAAABgAAAAAAAAAAAAAAKSBAAAAAFRyYWluaW5n
        SW5mby9WZXJzaW9uLnR4dFBLAQIUAxQAAAAIANtceF0DuKP1vgAAAMABAAAgAAAAAAAAAAAAAACkgWUAAABUcmFuc2Zvcm1lckNo
        YWluL01vZGVsL01vZGVsLmtleVBLAQIUAxQAAAAIANtceF1np5EHRgAAADwBAAAcAAAAAAAAAAAAAACkgWEBAABUcmFuc2Zvcm1l
        ckNoYWluL1RyYWluU2NoZW1hUEsBAhQDFAAAAAgA21x4XWhtQbvLAAAAzAEAABoAAAAAAAAAAAAAAKSB4QEAAFRyYW5zZm9ybWVy
        Q2hhaW4vTW9kZWwua2V5UEsBAhQDFAAAAAgA3Fx4XWenkQdGAAAAPAEAAAYAAAAAAAAAAAAAAKSB5AIAAFNjaGVtYVBLBQYAAAAA
        BQAFAFoBAABOAwAAAAA=
        """;

    [TestMethod]
    public void A_regression_model_from_before_ensembles_still_scores()
    {
        using var stream = new MemoryStream(Convert.FromBase64String(Regression1));
        var context = new MLContext();
        var model = context.Model.Load(stream, out _);
        Row[] rows = [new() { Features = [1, 2] }, new() { Features = [-4, 0.5f] }];
        var scored = model.Transform(TestModels.View(context, rows, featureCount: 2));
        CollectionAssert.AreEqual(new[] { 3.5f, 4 }, scored.GetColumn<float>("Score").ToArray());
        Assert.IsNull(scored.Schema.GetColumnOrNull("ScoreStandardDeviation"));

        using var saved = new MemoryStream();
        context.Model.Save(model, scored.Schema, saved);
        Assert.AreEqual(
            "AliceRegressionModelParameters: 2-1, ReLU, 3 parameters\n  2 → 1, rms of weights 1.46",
            TestTasks.Parameters(context.Model.Load(saved, out _)).ToString()!.ReplaceLineEndings("\n"));
    }
}
