namespace OrleansUploads.Core.Values;

/// <summary>Distributes uploads in progress over pages. The beginnings of upload IDs are random, so all
/// pages have about the same length.</summary>
public static class UploadPages
{
    /// <summary>Number of pages per vault incarnation. Stored keys depend on it: never change it.</summary>
    public const int Count = 256;

    /// <summary>The alphabet of upload IDs in ordinal order.</summary>
    private const string Ordinal = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

    /// <summary>The page that lists an upload. Pages are in the order of their uploads' IDs. Stored keys depend on this function:
    /// never change it.</summary>
    public static int PageOf(UploadId upload) => PageOf(upload.ToString());

    /// <summary>The page that contains an upload ID, or the page at which a listing after <paramref name="text"/>
    /// starts.</summary>
    /// <param name="text">An upload ID, or empty for the first page.</param>
    internal static int PageOf(string text) =>
        text.Length < 2
            ? 0
            : ((Ordinal.IndexOf(text[0]) * Ordinal.Length) + Ordinal.IndexOf(text[1])) / (Ordinal.Length * Ordinal.Length / Count);
}
