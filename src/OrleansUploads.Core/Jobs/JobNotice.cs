using System.Security.Cryptography;
using System.Text;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Jobs;

/// <summary>A notice to a topic that a job has finished. Delivery is retried until the topic's receiver has accepted it, or until
/// it is abandoned after <see cref="Limits.NoticeLife"/>.</summary>
/// <param name="Topic">Name of the topic.</param>
/// <param name="Job">The job.</param>
/// <param name="FinishedAt">When the jobs entity noticed that the job had finished; <see cref="Limits.NoticeLife"/> starts
/// here.</param>
public sealed record JobNotice(string Topic, VaultJob Job, DateTimeOffset FinishedAt)
{
    /// <summary>ID of the notice. Every retry of the same notice has the same ID; different notices have different IDs.</summary>
    public Guid Id => new(SHA256.HashData(Encoding.UTF8.GetBytes(Key)).AsSpan(0, 16), bigEndian: true);

    /// <summary>Key of the intent that delivers the notice. A job notifies each topic only once.</summary>
    internal string Key => $"notify/{Job.Job}/{Topic}";
}
