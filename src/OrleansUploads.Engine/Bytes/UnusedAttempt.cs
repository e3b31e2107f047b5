namespace OrleansUploads.Engine.Bytes;

/// <summary>Deletes bytes that their upload does not use. If that fails, the collector does it later, and the caller still gets the answer
/// of the upload, or the first error.</summary>
internal static class UnusedAttempt
{
    /// <summary>Deletes an attempt that its upload has refused.</summary>
    public static ValueTask DeleteAsync(IPartStore parts, UploadId upload, AttemptId attempt) =>
        TryAsync(() => parts.DeleteAttemptsAsync(upload, [attempt], CancellationToken.None));

    /// <summary>Deletes the bytes of an upload that has no other attempt.</summary>
    public static ValueTask DeleteUploadAsync(IPartStore parts, UploadId upload) =>
        TryAsync(() => parts.DeleteUploadAsync(upload, CancellationToken.None));

    private static async ValueTask TryAsync(Func<ValueTask> delete)
    {
        try
        {
            await delete();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or PartStoreUnavailableException)
        {
        }
    }
}
