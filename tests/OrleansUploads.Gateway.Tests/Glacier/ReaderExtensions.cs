using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Gateway.Tests;

/// <summary>Readers of requests for tests that expect either a value or an error, and no other exception.</summary>
internal static class ReaderExtensions
{
    extension(OutputRange)
    {
        public static bool TryRead(string? header, long outputBytes, out OutputRange output, [NotNullWhen(false)] out FrontError? error) =>
            TryRead(() => OutputRange.Read(header, outputBytes), out output, out error);
    }

    extension(JobRequest)
    {
        public static bool TryRead(ReadOnlyMemory<byte> body, out JobRequest? request, [NotNullWhen(false)] out FrontError? error) =>
            TryRead(() => JobRequest.Read(body), out request, out error);
    }

    extension(RetrievalPolicyBody)
    {
        public static bool TryRead(ReadOnlyMemory<byte> body, out DataRetrievalPolicy? policy, [NotNullWhen(false)] out FrontError? error) =>
            TryRead(() => RetrievalPolicyBody.Read(body), out policy, out error);
    }

    private static bool TryRead<T>(Func<T> read, out T? value, [NotNullWhen(false)] out FrontError? error)
    {
        try
        {
            (value, error) = (read(), null);
            return true;
        }
        catch (FrontError refused)
        {
            (value, error) = (default, refused);
            return false;
        }
    }
}
