namespace OrleansUploads.TestKit;

/// <summary>The test that runs.</summary>
public static class CurrentTest
{
    /// <summary>Ends what the test waits for when the test is ended.</summary>
    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
