namespace OrleansUploads.TestKit;

/// <summary>A temporary folder, which is deleted on disposal.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleans-uploads-").FullName;

    /// <summary>The path for the server's data folder, which does not exist yet.</summary>
    public string Data => File("data");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
