namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>A directory of a test's own, gone with it.</summary>
internal sealed class TemporaryRoot : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("part-store-").FullName;

    /// <summary>The only file of that name ending, wherever it is.</summary>
    public string File(string ending) =>
        Directory.EnumerateFiles(Path, "*" + ending, SearchOption.AllDirectories).Single();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
