namespace OrleansUploads.Core.Policies;

/// <summary>A policy of a vault, and the vault's long name at the time when the policy was set.</summary>
/// <remarks>A vault's long name has the server's region in it. A policy means the vault that it was set for, so it is judged
/// by the name of that time: a server that is started with another region keeps what its locks keep.</remarks>
/// <param name="Document">The policy.</param>
/// <param name="VaultArn">The vault's long name as the policy knows it.</param>
public sealed record PolicyInForce(PolicyDocument Document, string VaultArn)
{
    /// <summary>The first statement of an effect that speaks of a request; null where none does.</summary>
    internal PolicyStatement? Find(PolicyRequest request, bool denies)
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
