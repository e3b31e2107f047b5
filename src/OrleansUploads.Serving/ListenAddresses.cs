using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Serving;

/// <summary>The addresses at which one process listens.</summary>
internal static class ListenAddresses
{
    extension(IPEndPoint one)
    {
        /// <summary>Whether one process cannot listen on both addresses. The system would say that another program uses one of them.</summary>
        public bool Excludes(IPEndPoint other) => one.Includes(other) || other.Includes(one);

        /// <summary>Whether listening on an address takes the connections to another one. [::] includes the addresses of IPv4. Port 0 is another
        /// one each time.</summary>
        public bool Includes(IPEndPoint other) => one.Port == other.Port && one.Port != 0
            && (one.Equals(other)
                || one.Address.Equals(IPAddress.IPv6Any)
                || (one.Address.Equals(IPAddress.Any) && other.AddressFamily == AddressFamily.InterNetwork));
    }
}
