namespace OrleansUploads.Engine.Ownership;

/// <summary>Keeps the claim of several processes, and its latest renewal, beside the decisions that they share.</summary>
public interface ISharedClaimRecord : IClaimRecord
{
    /// <summary>The name of the latest renewal, or null.</summary>
    ValueTask<string?> FindRenewalAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the latest renewal, durably. Returns false if it is not <paramref name="previous"/>.</summary>
    ValueTask<bool> TryKeepRenewalAsync(string renewal, string? previous, CancellationToken cancellationToken);
}
