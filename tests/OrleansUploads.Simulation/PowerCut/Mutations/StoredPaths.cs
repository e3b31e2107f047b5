namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>The layout of a data folder.</summary>
internal static class StoredPaths
{
    public const string Manifest = "manifest";
    private const string Parts = "parts";
    private const string KeyFile = "keys.json";
    private const string Journal = "journal.db";

    public static bool IsPart(string path) => path.EndsWith(".part", StringComparison.Ordinal);

    public static bool IsManifest(string path) => Path.GetFileName(path).StartsWith(Manifest, StringComparison.Ordinal);

    public static bool IsMark(string path) => Path.GetFileName(path).StartsWith("journal.mark", StringComparison.Ordinal);

    public static bool IsKeyFile(string path) => Path.GetFileName(path).StartsWith(KeyFile, StringComparison.Ordinal);

    /// <summary>parts/</summary>
    public static bool IsPartStore(string path) => Path.GetFileName(path) == Parts;

    /// <summary>A directory in parts/ that contains the directories of uploads and the files of single requests.</summary>
    public static bool IsFanOut(string path) => IsPartStore(Above(path));

    /// <summary>An upload's directory.</summary>
    public static bool IsUpload(string path) => IsFanOut(Above(path));

    /// <summary>An upload's directory that has a manifest.</summary>
    public static bool IsCompletedUpload(string path) => IsUpload(path) && File.Exists(Path.Combine(path, Manifest));

    public static bool IsDataFolder(string path) => File.Exists(Path.Combine(path, Journal));

    public static bool IsDataFolderWithKeys(string path) => IsDataFolder(path) && File.Exists(Path.Combine(path, KeyFile));

    /// <summary>A directory above the data folder, recognized by its content.</summary>
    public static bool IsAboveDataFolder(string path) =>
        !IsDataFolder(path) && !IsPartStore(path) && !IsFanOut(path) && !IsUpload(path)
        && (Directory.Exists(Path.Combine(path, "data")) || Directory.Exists(Path.Combine(path, "archives")));

    private static string Above(string path) => Path.GetDirectoryName(path) ?? "";
}
