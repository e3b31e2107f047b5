namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>A file in a new temporary folder, which is deleted on disposal.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TemporaryFile(byte[]? content = null)
    {
        Path = _folder.File("archive.bin");
        if (content is not null)
        {
            File.WriteAllBytes(Path, content);
        }
    }

    public string Path { get; }

    public string PartialPath => Path + ".partial";

    public void Dispose() => _folder.Dispose();
}
