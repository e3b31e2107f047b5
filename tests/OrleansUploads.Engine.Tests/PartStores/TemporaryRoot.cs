namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>A directory that is deleted at the end of the test.</summary>
internal sealed class TemporaryRoot : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("part-store-").FullName;

    /// <summary>The path of the only file with the given ending, in any subdirectory.</summary>
    public string File(string ending) =>
        Directory.EnumerateFiles(Path, "*" + ending, SearchOption.AllDirectories).Single();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
