namespace OrleansUploads.Core.Policies;

/// <summary>A policy of a vault, with the vault's ARN at the time when the policy was set.</summary>
/// <remarks>A vault's ARN contains the server's region. A policy is evaluated with the ARN that the vault had when the policy was
/// set, so locks stay effective if the server is started with a different region.</remarks>
/// <param name="Document">The policy.</param>
/// <param name="VaultArn">The vault's ARN when the policy was set.</param>
public sealed record EffectivePolicy(PolicyDocument Document, string VaultArn)
{
    /// <summary>The first statement with the given effect that applies to a request, or null.</summary>
    internal PolicyStatement? FindStatement(PolicyRequest request, bool denies)
    {
        foreach (var statement in Document.Statements)
        {
            if (statement.Denies == denies && statement.AppliesTo(request, VaultArn))
            {
                return statement;
            }
        }

        return null;
    }
}
