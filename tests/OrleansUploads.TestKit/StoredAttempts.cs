namespace OrleansUploads.TestKit;

/// <summary>What tests ask of the few attempts of an upload.</summary>
public static class StoredAttempts
{
    public static async ValueTask<IReadOnlyList<AttemptId>> AllAttemptsAsync(
        this IPartStore parts, UploadId upload, CancellationToken cancellationToken) =>
        [.. (await parts.ListAttemptsAsync(upload, cancellationToken).ToListAsync(cancellationToken)).SelectMany(static page => page)];

    public static ValueTask DeleteAttemptAsync(
        this IPartStore parts, UploadId upload, AttemptId attempt, CancellationToken cancellationToken) =>
        parts.DeleteAttemptsAsync(upload, [attempt], cancellationToken);
}
