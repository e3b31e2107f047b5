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

    /// <summary>A journal write that has not ended by then has an unknown outcome.</summary>
    public TimeSpan WriteTimeout { get; init; } = DefaultWriteTimeout;
}
