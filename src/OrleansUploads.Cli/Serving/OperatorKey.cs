using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Serving;

/// <summary>The operator's key pair: from the environment if it is set there, otherwise from the key file.</summary>
/// <param name="Environment">Null if the pair comes from the key file.</param>
/// <param name="Created">Null if there was a pair already.</param>
internal sealed record OperatorKey(Credential? Environment, KeyPair? Created, string AccessKeyId)
{
    public const string AccessKeyVariable = "ORLEANSUPLOADS_ACCESS_KEY_ID";
    public const string SecretVariable = "ORLEANSUPLOADS_SECRET_ACCESS_KEY";

    /// <summary>Finds the pair, or creates one.</summary>
    /// <exception cref="InvalidDataException">Only one of the two variables is set, or the key file is not
    /// valid.</exception>
    public static OperatorKey Find(KeyFile file, AccountId account, DateTimeOffset now)
    {
        var id = System.Environment.GetEnvironmentVariable(AccessKeyVariable);
        var secret = System.Environment.GetEnvironmentVariable(SecretVariable);
        if (string.IsNullOrEmpty(id) != string.IsNullOrEmpty(secret))
        {
            throw new InvalidDataException($"Only one of {AccessKeyVariable} and {SecretVariable} is set. Set both or neither.");
        }

        if (!string.IsNullOrEmpty(id))
        {
            return new OperatorKey(new Credential(id, secret!, account), null, id);
        }

        KeyPair? created = null;
        var accessKeyId = "";
        file.Change(pairs =>
        {
            created = pairs.Count == 0 ? KeyPair.Create(account.ToString(), now) : null;

            // Keys without limits come first.
            accessKeyId = (created ?? pairs[0]).AccessKeyId;
            return created is null ? null : [created];
        });
        return new OperatorKey(null, created, accessKeyId);
    }
}
