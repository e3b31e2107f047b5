namespace OrleansUploads.Engine.Ports;

/// <summary>Small named texts in a part store with which its users agree on one owner.</summary>
/// <remarks>Conditional writes are not needed. A listing that begins after a claim was stored shows it to every process. A name is never stored
/// twice, so a claim that arrives late replaces nothing.</remarks>
public interface IStoreClaims
{
    /// <summary>Lists the names of all claims, in no particular order.</summary>
    ValueTask<IReadOnlyList<string>> ListClaimsAsync(CancellationToken cancellationToken);

    /// <summary>Stores a claim, durably.</summary>
    /// <param name="name">Its name, which was never used before: letters, digits and hyphens.</param>
    /// <param name="text">What it says of its owner, for messages.</param>
    /// <param name="cancellationToken">Cancels the call; the claim may still be stored.</param>
    ValueTask PutClaimAsync(string name, string text, CancellationToken cancellationToken);

    /// <summary>Reads what a claim says, or null if it does not exist.</summary>
    ValueTask<string?> ReadClaimAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes a claim. A missing one is no error.</summary>
    ValueTask DeleteClaimAsync(string name, CancellationToken cancellationToken);
}
