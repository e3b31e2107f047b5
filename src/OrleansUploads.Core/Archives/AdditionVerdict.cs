namespace OrleansUploads.Core.Archives;

/// <summary>Whether a vault has an archive that its index has added.</summary>
public abstract record AdditionVerdict
{
    private AdditionVerdict()
    {
    }

    /// <summary>The archive is in the vault.</summary>
    public static AdditionVerdict InVault { get; } = new Recorded();

    /// <summary>The archive never existed.</summary>
    public static AdditionVerdict Gone { get; } = new VaultGone();

    /// <summary>The vault has recorded the totals, or newer ones.</summary>
    public sealed record Recorded : AdditionVerdict;

    /// <summary>The vault was deleted before it recorded the totals.</summary>
    public sealed record VaultGone : AdditionVerdict;
}
