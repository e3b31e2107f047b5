namespace OrleansUploads.TestKit;

/// <summary>Tests with a folder of their own, which is deleted after each.</summary>
public abstract class TestWithFolder : IDisposable
{
    protected TemporaryFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
