namespace OrleansUploads.Engine.Embedded;

/// <summary>Figures of the <see cref="EmbeddedHost"/>.</summary>
public sealed record EmbeddedHostOptions
{
    /// <summary>Default of <see cref="IdleLife"/>.</summary>
    public static readonly TimeSpan DefaultIdleLife = TimeSpan.FromMinutes(2);

    /// <summary>Default of <see cref="WriteTimeout"/>.</summary>
    public static readonly TimeSpan DefaultWriteTimeout = TimeSpan.FromSeconds(30);

    /// <summary>An entity that was not asked for this long is dropped from memory, at most half as long later.</summary>
    public TimeSpan IdleLife { get; init; } = DefaultIdleLife;

    /// <summary>Default of <see cref="MaxIdleBytes"/>.</summary>
    public const long DefaultMaxIdleBytes = 16 * 1024 * 1024;

    /// <summary>Idle entities are dropped before their time, the longest idle ones first, while all that are loaded hold more
    /// than this: the bytes of their histories as the journal has them, and 4 KiB for each. In memory that is up to three times
    /// as much. Entities in use are never dropped, and may hold more together.</summary>
    public long MaxIdleBytes { get; init; } = DefaultMaxIdleBytes;

    /// <summary>A journal write that has not ended by then has an unknown outcome.</summary>
    public TimeSpan WriteTimeout { get; init; } = DefaultWriteTimeout;
}
