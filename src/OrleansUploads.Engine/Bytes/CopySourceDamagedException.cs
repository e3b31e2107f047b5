namespace OrleansUploads.Engine.Bytes;

/// <summary>Stored bytes of the source of a copy are missing or damaged. It differs from <see cref="AttemptDamagedException"/>, so that
/// damage of the source is not mistaken for damage of the copy.</summary>
public sealed class CopySourceDamagedException : Exception
{
    /// <param name="inner">Which attempt is damaged, and how.</param>
    public CopySourceDamagedException(AttemptDamagedException inner)
        : base(inner.Message, inner)
    {
    }
}
