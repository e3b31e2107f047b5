namespace OrleansUploads.Core.Vaults;

/// <summary>An access policy or a lock policy, as it was sent.</summary>
/// <param name="Text">The policy's JSON, at most <see cref="Limits.MaxPolicyBytes"/>. Whoever sends it has checked that it is a
/// policy.</param>
/// <param name="VaultArn">The vault's long name as it was then, with the region that the server had.</param>
public sealed record VaultPolicy(string Text, string VaultArn);
