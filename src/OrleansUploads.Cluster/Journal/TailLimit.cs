namespace OrleansUploads.Cluster.Journal;

/// <summary>How long the records in a head may become before they move into a segment.</summary>
/// <remarks>Each append writes the whole tail again, so a long one costs bytes; a short one costs more writes of segments, more rows to
/// read, and longer heads, because they name all segments. On PostgreSQL, a row of 44 KiB takes three times as long to write as one of
/// 1 KiB. So the tail is short while there are few segments and the records are short.</remarks>
internal static class TailLimit
{
    /// <summary>The maximum length of a tail. A longer record has rows of its own, because the next append would move it there
    /// anyway.</summary>
    public const int MaxBytes = 32 * 1024;

    private const int MinBytes = 8 * 1024;
    private const int BytesForEachSegment = 1024;
    private const int RecordsInTail = 4;

    /// <summary>The maximum length of the tail of a head that gets a record.</summary>
    /// <param name="head">The head before the append.</param>
    /// <param name="recordBytes">The length of the record.</param>
    public static int Of(JournalHead head, int recordBytes) => (int)Math.Clamp(
        Math.Max((long)RecordsInTail * recordBytes, (long)BytesForEachSegment * head.Segments.Length), MinBytes, MaxBytes);

    /// <summary>Whether a record is stored in rows of its own.</summary>
    public static bool IsStoredSeparately(int recordBytes) => recordBytes > MaxBytes;
}
