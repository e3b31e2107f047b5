namespace OrleansUploads.TestKit;

/// <summary>The trait that tells which runs of <c>test.sh</c> play a test. Without it, every run does.</summary>
public static class TestRun
{
    public const string Name = "Run";

    /// <summary>A campaign: thousands of seeds or inputs, planted bugs, power cuts, kills under load, floods, all operations by
    /// other clients, silos that start and fail as processes. Takes long. Also a further case of what another test shows, if the
    /// case takes seconds.</summary>
    public const string Campaign = "Campaign";

    /// <summary>A part of what a campaign plays. <c>test.sh --all</c> leaves it out, because it plays the campaign.</summary>
    public const string Quick = "Quick";

    /// <summary>A test that measures seconds. It runs while the machine does nothing else.</summary>
    public const string Timing = "Timing";
}
