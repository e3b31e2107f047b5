namespace OrleansUploads.Benchmarks.Harness;

/// <summary>One run of one benchmark.</summary>
/// <param name="Folder">An empty folder of its own, deleted afterwards.</param>
/// <param name="Quick">Whether it is enough to show that everything runs.</param>
internal sealed record Session(string Folder, bool Quick)
{
    /// <summary>Picks a size or a number of rounds.</summary>
    public T Pick<T>(T thorough, T quick) => Quick ? quick : thorough;

    /// <summary>A folder inside that is made if it is missing.</summary>
    public string Subfolder(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    /// <summary>Progress goes to the error stream, so that the output is the table alone.</summary>
    public static void Tell(string line) => Console.Error.WriteLine(line);
}
