namespace OrleansUploads.Core.Values;

/// <summary>The ETag of an object: the MD5 of its bytes, or for a multipart upload the MD5 of the MD5s of its parts with the
/// number of parts.</summary>
/// <param name="Parts">0 for an object that was uploaded in one request.</param>
public readonly record struct ObjectETag(Md5Digest Md5, int Parts) : ITextValue<ObjectETag>
{
    private const char PartsMark = '-';

    /// <summary>The ETag of a multipart upload, whose parts' MD5s are in order.</summary>
    public static ObjectETag OfParts(IReadOnlyList<Md5Digest> parts)
    {
        var bytes = new byte[parts.Count * Md5Digest.Bytes];
        for (var i = 0; i < parts.Count; i++)
        {
            parts[i].Write(bytes.AsSpan(i * Md5Digest.Bytes));
        }

        return new ObjectETag(Md5Digest.Compute(bytes), parts.Count);
    }

    /// <summary>Parses the form without quotes.</summary>
    public static bool TryParse(string? text, out ObjectETag tag)
    {
        tag = default;
        var mark = text?.IndexOf(PartsMark, StringComparison.Ordinal) ?? -1;
        var parts = 0;
        if (!Md5Digest.TryParse(mark < 0 ? text : text.AsSpan(0, mark), out var md5)
            || (mark >= 0 && (!int.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out parts)
                || parts == 0)))
        {
            return false;
        }

        tag = new ObjectETag(md5, parts);
        return true;
    }

    /// <summary>32 hex digits, followed by <c>-N</c> for a multipart upload of N parts; without quotes.</summary>
    public override string ToString() =>
        Parts > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Md5}{PartsMark}{Parts}") : Md5.ToString();
}
