namespace OrleansUploads.Core.Parts;

/// <summary>The one attempt of an upload of a single request. The ID of the upload ends with it, so the part store can keep it as one file
/// with the name of the upload, and finds it without a listing.</summary>
public static class OnlyAttempt
{
    /// <summary>The number of random bytes in the ID of the upload, besides those of the attempt.</summary>
    public const int RandomBytes = UploadId.RandomBytes - AttemptId.Bytes;

    /// <summary>Makes the ID of the upload of a single request.</summary>
    /// <param name="attempt">Its attempt.</param>
    /// <param name="random">The random bytes.</param>
    public static UploadId UploadOf(AttemptId attempt, ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        Span<byte> bytes = stackalloc byte[UploadId.RandomBytes];
        random.CopyTo(bytes);
        attempt.Write(bytes[RandomBytes..]);
        return UploadId.FromRandom(bytes);
    }

    /// <summary>The only attempt of an upload of a single request. For another upload, an ID that no attempt has.</summary>
    public static AttemptId Of(UploadId upload)
    {
        Span<byte> bytes = stackalloc byte[UploadId.RandomBytes];
        upload.Write(bytes);
        return AttemptId.Read(bytes[RandomBytes..]);
    }
}
