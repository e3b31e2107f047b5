using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Core.Jobs;

/// <summary>A message to a topic that a job has finished. It is owed until the topic's receiver has it, or until it is given
/// up after <see cref="Limits.NoticeLife"/>.</summary>
/// <param name="Topic">Name of the topic.</param>
/// <param name="Job">The job.</param>
/// <param name="FinishedAt">From when on it is owed.</param>
public sealed record JobNotice(string Topic, VaultJob Job, DateTimeOffset FinishedAt)
{
    /// <summary>Names the message: a repetition has the same, any other message another one.</summary>
    public Guid Id => new(SHA256.HashData(Encoding.UTF8.GetBytes(Key)).AsSpan(0, 16), bigEndian: true);

    /// <summary>When it is given up.</summary>
    public DateTimeOffset GivenUpAt => FinishedAt + Limits.NoticeLife;

    /// <summary>Its key among what the jobs owe. A job tells a topic only once.</summary>
    internal string Key => $"notify/{Job.Job}/{Topic}";
}
