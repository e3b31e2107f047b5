using System.Globalization;

namespace OrleansUploads.Engine.Disk;

/// <summary>The names of files that only a disk has, beside the <see cref="Bytes.StoredNames"/>. They are stored; never change them.
/// </summary>
internal static class DiskLayout
{
    private const string UnfinishedManifestPrefix = "manifest.";
    private const string UnfinishedManifestSuffix = ".unfinished";

    /// <summary>Name of an unfinished manifest. The number makes it unique.</summary>
    public static string UnfinishedManifest(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{UnfinishedManifestPrefix}{number}{UnfinishedManifestSuffix}");

    /// <summary>Whether a file is an unfinished manifest.</summary>
    public static bool IsUnfinishedManifest(ReadOnlySpan<char> name) =>
        name.StartsWith(UnfinishedManifestPrefix, StringComparison.Ordinal)
        && name.EndsWith(UnfinishedManifestSuffix, StringComparison.Ordinal);
}
