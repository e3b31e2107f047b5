namespace OrleansUploads.Engine.Bytes;

/// <summary>Deletes the bytes of a deleted archive or object that no job and no reader needs any more.</summary>
/// <remarks>The upload has released its bytes permanently, so it is not asked again, and the age of the attempts does not matter.
/// </remarks>
internal static class ReleasedBytes
{
    /// <summary>Deletes the attempts that the manifest names, and then the manifest. If there are other attempts, which may
    /// still be in progress, the manifest is kept with them for the <see cref="AttemptCollector"/>. An object of a single part has no
    /// manifest; all attempts of its upload are deleted.</summary>
    /// <exception cref="PartStoreUnavailableException">The bytes cannot be deleted at the moment; repeating the call is safe.</exception>
    /// <exception cref="IOException">The bytes could not be deleted; repeating the call is safe.</exception>
    public static async ValueTask ReclaimAsync(
        this IPartStore parts, UploadId upload, CancellationToken cancellationToken)
    {
        var attempts = await parts.ListAttemptsAsync(upload, cancellationToken);
        HashSet<AttemptId> named;
        try
        {
            named = await parts.ReadManifestAsync(upload, cancellationToken) is { } manifest
                ? AttemptCollector.AttemptsOf(manifest)
                : [.. attempts];
        }
        catch (AttemptDamagedException)
        {
            // The attempts that it named are unknown; the collector deletes them by age.
            return;
        }

        // The manifest is deleted last, so that after a crash it still names the attempts.
        var left = 0;
        var deleted = 0;
        foreach (var attempt in attempts)
        {
            if (named.Contains(attempt))
            {
                await parts.DeleteAttemptAsync(upload, attempt, cancellationToken);
                deleted++;
            }
            else
            {
                left++;
            }
        }

        if (left == 0)
        {
            await parts.DeleteUploadAsync(upload, cancellationToken);
            EngineTelemetry.UploadsCollected.Add(1);
        }

        EngineTelemetry.AttemptsCollected.Add(deleted);
    }
}
