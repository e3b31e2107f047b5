namespace OrleansUploads.Gateway.Dashboard.Documents;

/// <summary>The body of a request to sign in.</summary>
/// <param name="AccessKeyId">The access key.</param>
/// <param name="Challenge">The challenge.</param>
/// <param name="Proof">The proof that the client computed from the challenge and its secret, in hex.</param>
internal sealed record SignInDocument(string? AccessKeyId, string? Challenge, string? Proof);
