namespace OrleansUploads.TestKit;

/// <summary>The trait of tests that <c>test.sh</c> runs only with <c>--all</c>.</summary>
public static class TestRun
{
    public const string Name = "Run";

    /// <summary>A campaign: thousands of seeds or inputs, planted bugs, power cuts, kills under load, floods, all operations by
    /// other clients, silos that start and fail as processes. Takes long. Also a further case of what another test shows, if the
    /// case takes seconds.</summary>
    public const string Campaign = "Campaign";

    /// <summary>A test that measures seconds. It runs while the machine does nothing else.</summary>
    public const string Timing = "Timing";
}
