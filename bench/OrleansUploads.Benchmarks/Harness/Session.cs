namespace OrleansUploads.Benchmarks.Harness;

/// <summary>One run of one benchmark.</summary>
/// <param name="Folder">An empty folder that is deleted afterwards.</param>
/// <param name="Quick">Whether the run only has to show that everything works.</param>
/// <param name="Program">The program whose transfers are measured, or null for the one beside the benchmarks.</param>
/// <param name="Store">A running server of S3 that the benchmarks of object stores use, or null for one of their own.</param>
internal sealed record Session(string Folder, bool Quick, string? Program, Uri? Store)
{
    /// <summary>Chooses a size or a number of rounds.</summary>
    public T Pick<T>(T thorough, T quick) => Quick ? quick : thorough;

    /// <summary>A subfolder, which is created if it is missing.</summary>
    public string Subfolder(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    /// <summary>Writes progress to the error stream, so that standard output contains only the results.</summary>
    public static void Report(string line) => Console.Error.WriteLine(line);
}
