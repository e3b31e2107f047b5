using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>An access policy or a lock policy, exactly as it was sent.</summary>
/// <param name="Text">The policy's JSON, at most <see cref="Limits.MaxPolicyBytes"/> bytes of UTF-8. The sender of the command
/// has validated it.</param>
/// <param name="VaultArn">The vault's ARN when the policy was set. It contains the server's region at that time.</param>
public sealed record VaultPolicy(string Text, string VaultArn);
