namespace OrleansUploads.Engine.Collecting;

/// <summary>Deletes the bytes of a deleted archive or object when no job and no reader needs them.</summary>
/// <remarks>The upload has released its bytes permanently, so it is not asked again, and the age of the attempts does not matter.
/// </remarks>
internal static class ReleasedBytes
{
    /// <summary>Deletes the attempts that the manifest names, and then the manifest. If there are other attempts, which may
    /// still be in progress, the manifest is kept with them for the <see cref="AttemptCollector"/>. An archive or object of a single part has
    /// no manifest; all attempts of its upload are deleted.</summary>
    /// <exception cref="PartStoreUnavailableException">The bytes cannot be deleted at the moment; repeating the call is safe.</exception>
    /// <exception cref="IOException">The bytes could not be deleted; repeating the call is safe.</exception>
    public static async ValueTask ReclaimAsync(
        this IPartStore parts, UploadId upload, CancellationToken cancellationToken)
    {
        IReadOnlySet<AttemptId>? named;
        try
        {
            named = await new NamedAttempts(parts, upload).FindAsync(cancellationToken);
        }
        catch (AttemptDamagedException)
        {
            // The attempts that it named are unknown; the collector deletes them by age.
            return;
        }

        // The manifest is deleted last, so that after a crash it still names the attempts.
        var left = 0;
        var deleted = 0;
        await foreach (var page in parts.ListAttemptsAsync(upload, cancellationToken))
        {
            var released = page.Where(attempt => named?.Contains(attempt) ?? true).ToList();
            if (released.Count > 0)
            {
                await parts.DeleteAttemptsAsync(upload, released, cancellationToken);
            }

            deleted += released.Count;
            left += page.Count - released.Count;
        }

        if (left == 0)
        {
            await parts.DeleteUploadAsync(upload, cancellationToken);
            EngineTelemetry.UploadsCollected.Add(1);
        }

        EngineTelemetry.AttemptsCollected.Add(deleted);
    }
}
