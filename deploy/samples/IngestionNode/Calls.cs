using OrleansUploads.Cluster.Abstractions.Uploads;

namespace OrleansUploads.Samples.IngestionNode;

/// <summary>Calls of the upload's grain that survive the failure of a silo.</summary>
internal static class Calls
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Repeats a call until its outcome is known. Every call is safe to repeat.</summary>
    /// <exception cref="RefusedException">The call was refused.</exception>
    public static async Task<T> InsistAsync<T>(Func<ValueTask<UploadAnswer<T>>> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if ((await call()).TryGet(out var value, out var refusal))
                {
                    return value;
                }

                if (refusal.Kind != UploadRefusalKind.Unavailable)
                {
                    throw new RefusedException(refusal);
                }

                Console.Error.WriteLine($"{refusal.Message} Trying again.");
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException)
            {
                Console.Error.WriteLine($"{fault.Message} Trying again.");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
