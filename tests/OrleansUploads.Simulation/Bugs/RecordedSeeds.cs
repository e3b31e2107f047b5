using System.Runtime.CompilerServices;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>The seeds that find the planted bugs, in a file that <c>./simulate.sh --bugs --record</c> writes. They change with the generator
/// and the engine.</summary>
internal static class RecordedSeeds
{
    private static readonly Lazy<Dictionary<string, ulong>> ByName = new(() => File.ReadLines(FilePath())
        .Select(line => line.Split('\t'))
        .ToDictionary(row => row[1], row => ulong.Parse(row[0], CultureInfo.InvariantCulture), StringComparer.Ordinal));

    public static IEnumerable<string> Names => ByName.Value.Keys;

    public static ulong? Of(string name) => ByName.Value.TryGetValue(name, out var seed) ? seed : null;

    public static void Replace(IEnumerable<(string Name, ulong Seed)> found) => File.WriteAllLines(
        FilePath(), found.Select(bug => string.Create(CultureInfo.InvariantCulture, $"{bug.Seed}\t{bug.Name}")));

    private static string FilePath([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "recorded-seeds.tsv");
}
