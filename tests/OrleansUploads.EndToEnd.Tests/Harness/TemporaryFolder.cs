namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>A folder that goes with its test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleans-uploads-").FullName;

    /// <summary>The server's folder; not made yet.</summary>
    public string Data => File("data");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
