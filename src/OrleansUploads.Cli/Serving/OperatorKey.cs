using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Serving;

/// <summary>The operator's own key pair: from the environment where it is set, else made once and kept.</summary>
/// <param name="Environment">The pair from the environment; null where it comes from the key file.</param>
/// <param name="Made">The pair that was made just now; null where there was one.</param>
/// <param name="AccessKeyId">Its access key.</param>
internal sealed record OperatorKey(Credential? Environment, KeyPair? Made, string AccessKeyId)
{
    public const string AccessKeyVariable = "ORLEANSUPLOADS_ACCESS_KEY_ID";
    public const string SecretVariable = "ORLEANSUPLOADS_SECRET_ACCESS_KEY";

    /// <summary>Finds the pair, or makes one.</summary>
    /// <exception cref="InvalidDataException">Only half of it is set, or the key file is none.</exception>
    public static OperatorKey Find(KeyFile file, AccountId account, DateTimeOffset now)
    {
        var id = System.Environment.GetEnvironmentVariable(AccessKeyVariable);
        var secret = System.Environment.GetEnvironmentVariable(SecretVariable);
        if (string.IsNullOrEmpty(id) != string.IsNullOrEmpty(secret))
        {
            throw new InvalidDataException($"{AccessKeyVariable} and {SecretVariable} go together: set both or none.");
        }

        if (!string.IsNullOrEmpty(id))
        {
            return new OperatorKey(new Credential(id, secret!, account), null, id);
        }

        KeyPair? made = null;
        var first = "";
        file.Change(pairs =>
        {
            made = pairs.Count == 0 ? KeyPair.Create(account.ToString(), now) : null;
            first = (made ?? pairs[0]).AccessKeyId;
            return made is null ? null : [made];
        });
        return new OperatorKey(null, made, first);
    }
}
