namespace OrleansUploads.Gateway.Dashboard.Documents;

/// <summary>Why a request failed.</summary>
internal sealed record ErrorDocument(string Code, string Message);

/// <summary>The text that proves at sign-in that the client knows the secret.</summary>
internal sealed record ChallengeDocument(string Challenge);

/// <summary>Who is signed in.</summary>
/// <param name="AccessKeyId">The access key, or null if the server verifies no signatures.</param>
/// <param name="Account">The account.</param>
/// <param name="Scope">What the key is for.</param>
/// <param name="Now">The server's time.</param>
/// <param name="IsOperator">Whether the key may see the server itself.</param>
internal sealed record SessionDocument(string? AccessKeyId, string Account, string Scope, long Now, bool IsOperator);
