namespace OrleansUploads.Engine.Embedded;

/// <summary>Options of the <see cref="EmbeddedHost"/>.</summary>
public sealed record EmbeddedHostOptions
{
    /// <summary>Default of <see cref="IdleLife"/>.</summary>
    public static readonly TimeSpan DefaultIdleLife = TimeSpan.FromMinutes(2);

    /// <summary>Default of <see cref="WriteTimeout"/>.</summary>
    public static readonly TimeSpan DefaultWriteTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Default of <see cref="MaxIdleBytes"/>.</summary>
    public const long DefaultMaxIdleBytes = 16 * 1024 * 1024;

    /// <summary>An entity that got no command for this long is removed from memory; it may take half as long again.</summary>
    public TimeSpan IdleLife { get; init; } = DefaultIdleLife;

    /// <summary>While all loaded entities together hold more than this, idle ones are removed early, the longest idle ones first. The
    /// memory of an entity is estimated: 4 KiB, and for each byte of its history in the journal one byte, or two in a leaf of an
    /// index; it may be half as much again. Entities in use are never removed and may exceed the limit.</summary>
    public long MaxIdleBytes { get; init; } = DefaultMaxIdleBytes;

    /// <summary>If a journal write takes longer than this, its outcome is unknown.</summary>
    public TimeSpan WriteTimeout { get; init; } = DefaultWriteTimeout;
}
