using Xunit.Sdk;

namespace OrleansUploads.TestKit.Processes;

/// <summary>Programs that a test needs and that this machine may lack. The test is then skipped; on a build server, where skipped tests are
/// easily overlooked, it fails.</summary>
public static class Requirement
{
    private static bool IsStrict =>
        Environment.GetEnvironmentVariable("ORLEANSUPLOADS_REQUIRE_CLIENTS") == "1"
        || Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Returns the exception for a test whose requirement is not met.</summary>
    /// <param name="what">What is missing, as the start of a sentence.</param>
    public static Exception IsMissing(string what)
    {
        Assert.False(IsStrict, $"{what}. It is required in this environment.");
        return SkipException.ForSkip($"{what}.");
    }
}
